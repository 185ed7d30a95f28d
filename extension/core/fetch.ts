/** What asks the network; the platform's `fetch` fits. The core is given it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

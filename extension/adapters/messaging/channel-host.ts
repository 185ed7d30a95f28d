/** The context in which work may take long, and that answers channels. Which one it is depends on the browser. */
export interface ChannelHost {
  /** @param place whose data it is to keep from now on: a network's key, or empty for the build's own */
  keepFor(place: string): void;
  /** Opens it if it is not open. @returns which opening it is: another one has ended every earlier channel to it */
  open(): Promise<number>;
  /** Hands it one end of a new channel. @param channel name of what is to answer */
  connect(channel: string, port: MessagePort): Promise<void>;
  /** Ends it, in the middle of its work. */
  close(): Promise<void>;
}

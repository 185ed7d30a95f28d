import type { PromptWindows } from '../../rpc/approvals.ts';
import { browser } from './api.ts';

const WIDTH = 460;
const HEIGHT = 760;

/** Prompts in windows of their own. No position is passed: a window off the screen is a prompt nobody sees. */
export const promptWindows: PromptWindows = {
  async open(approvalId) {
    const url = browser.runtime.getURL(`/consent.html#${approvalId}`);
    const window = await browser.windows.create({ type: 'popup', url, width: WIDTH, height: HEIGHT, focused: true });
    if (window.id === undefined) throw new Error('the browser opened no window');
    return window.id;
  },
  async focus(windowId) {
    await browser.windows.update(windowId, { focused: true }).catch(() => undefined); // closed meanwhile
  },
  async close(windowId) {
    await browser.windows.remove(windowId).catch(() => undefined); // closed meanwhile
  },
};

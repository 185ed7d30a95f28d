/** The context in which work may take long, and that answers lanes. Which one it is depends on the browser. */
export interface LaneHost {
  /** Opens it if it is not open. @returns whether it had to be opened, which ends every earlier lane to it */
  open(): Promise<boolean>;
  /** Hands it one end of a new lane. @param lane name of what is to answer */
  connect(lane: string, port: MessagePort): Promise<void>;
}

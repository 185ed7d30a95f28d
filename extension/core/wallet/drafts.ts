import type { Session } from './session.ts';

/** Forms that are begun at the same time. */
const MOST_DRAFTS = 20;

/** What a person typed into a form and did not save. */
export async function draftOf(session: Session, form: string): Promise<Readonly<Record<string, string>> | undefined> {
  return (await session.state.read()).drafts.find((draft) => draft.form === form)?.values;
}

/** @param values undefined throws it away */
export async function keepDraft(
  session: Session,
  form: string,
  values: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  await session.state.update((s) => {
    const others = s.drafts.filter((draft) => draft.form !== form);
    return { ...s, drafts: [...(values ? [{ form, values }] : []), ...others].slice(0, MOST_DRAFTS) };
  });
}

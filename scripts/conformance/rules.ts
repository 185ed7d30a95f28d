/** One thing that the provider API promises or asks for. */
export interface Rule<Subject> {
  /** A plain sentence that is true of what conforms. */
  readonly says: string;
  /** Heading in docs/PROVIDER-API.md. */
  readonly section: string;
  /** @returns what is wrong, or undefined */
  readonly check: (subject: Subject) => Promise<string | undefined> | string | undefined;
}

/** What came of a rule. */
export interface Finding {
  readonly says: string;
  readonly section: string;
  /** Absent when all is well. */
  readonly fault?: string;
}

/** Tries each rule in turn. A rule that cannot be tried counts as broken. */
export async function tryRules<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { says, section, check } of rules) {
    let fault: string | undefined;
    try {
      fault = await check(subject);
    } catch (error) {
      fault = `could not be tried: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
    }
    findings.push({ says, section, ...(fault !== undefined && { fault }) });
  }
  return findings;
}

/** A line for each rule, and one that sums them up. */
export function report(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ says, section, fault }) =>
      `${fault === undefined ? 'ok    ' : 'FAILED'}  ${says} (${section})${fault === undefined ? '' : `\n        ${fault}`}`,
  );
  const failed = findings.filter((finding) => finding.fault !== undefined).length;
  return [...lines, '', `${findings.length - failed} ok, ${failed} failed`].join('\n');
}

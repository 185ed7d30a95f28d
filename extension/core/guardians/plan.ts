import * as v from 'valibot';

/** As many as a person can look after; SLIP-0039 has room for 16 of each. */
export const MOST_MEMBERS = 10;
export const MOST_CIRCLES = 5;
const MOST_NAME = 40;

const name = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(MOST_NAME));
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

/** Who is to have a card, and how many of them are needed. */
const CircleSchema = v.strictObject({
  /** As the person calls it; absent where there is one. */
  name: v.optional(name),
  needed: count(MOST_MEMBERS),
  members: v.pipe(v.array(name), v.minLength(1), v.maxLength(MOST_MEMBERS)),
});
export const GuardianPlanSchema = v.strictObject({
  circlesNeeded: count(MOST_CIRCLES),
  circles: v.pipe(v.array(CircleSchema), v.minLength(1), v.maxLength(MOST_CIRCLES)),
});
export type GuardianPlan = v.InferOutput<typeof GuardianPlanSchema>;

/** What is kept of cards that were made: who has them, never what is on them. `at` in Unix seconds. */
export const GuardiansSchema = v.strictObject({
  ...GuardianPlanSchema.entries,
  at: v.pipe(v.number(), v.safeInteger()),
});
export type Guardians = v.InferOutput<typeof GuardiansSchema>;

/**
 * Why cards are not made so: `alone` where one card would open everything, `single` where several people of a circle would each have the
 * same card, `many` where more are needed than there are, `shape` for anything else.
 */
export type PlanFault = 'alone' | 'single' | 'many' | 'shape';

export function planFault(plan: GuardianPlan): PlanFault | undefined {
  if (!v.is(GuardianPlanSchema, plan)) return 'shape';
  const { circles, circlesNeeded } = plan;
  if (circlesNeeded > circles.length || circles.some(({ needed, members }) => needed > members.length)) return 'many';
  if (circlesNeeded === 1 && circles.some(({ needed }) => needed === 1)) return 'alone';
  return circles.some(({ needed, members }) => needed === 1 && members.length > 1) ? 'single' : undefined;
}

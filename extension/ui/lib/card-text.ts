import type { GuardianPlan } from '../../core/guardians/plan.ts';
import { visible } from '../../core/signing/visible.ts';
import { number } from './format.ts';
import { fileName } from './save-file.ts';
import { t } from './text.ts';

/** One card, and who gets it. */
export interface MadeCard {
  readonly name: string;
  /** Place of its circle in the plan. */
  readonly circle: number;
  readonly words: readonly string[];
}

/** What a card says beside its words. Who else has one is not on it: a thief would know whom to go to next. @param from who gives it */
export function cardLines({ circle }: MadeCard, plan: GuardianPlan, from: string): string[] {
  const { needed = 1, members = [], name } = plan.circles[circle] ?? {};
  const owner = visible(from);
  return [
    t('guardians.card.what', [owner]),
    t('guardians.card.alone'),
    t('guardians.card.give', [owner]),
    ...(plan.circles.length > 1
      ? [
          t('guardians.card.circle', [visible(name ?? ''), number(circle + 1)]),
          t('guardians.card.neededCircle', [
            number(needed),
            number(members.length),
            number(plan.circlesNeeded),
            number(plan.circles.length),
          ]),
        ]
      : [t('guardians.card.needed', [number(needed), number(members.length)])]),
  ];
}

/** The same as a text, whose last line is the words. What keeps numbers and names apart on a screen is of no use in it. */
export function cardFile(card: MadeCard, lines: readonly string[]): { readonly name: string; readonly text: string } {
  const parts = ['Salus', t('guardians.forName', [visible(card.name)]), ...lines, card.words.join(' ')];
  const text = `${parts.join('\r\n\r\n').replaceAll(/[\u2066-\u2069]/g, '')}\r\n`;
  return { name: `${fileName(`salus-card-${card.name}`, '')}.txt`, text };
}

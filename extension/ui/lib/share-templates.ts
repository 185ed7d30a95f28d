import type { Purpose } from '../../core/consent/purposes.ts';
import type { Section } from '../../core/records/sections.ts';
import { t } from './text.ts';

/** What people often share together, what for and for how long. The person changes of it what they like. */
export interface Template {
  readonly name: string;
  readonly title: () => string;
  /** Those of them that hold something; all that are not sensitive, where none are named. */
  readonly sections?: readonly Section[];
  readonly purpose: Purpose;
  readonly days: number;
}

export const TEMPLATES: readonly Template[] = [
  { name: 'family-doctor', title: () => t('share.familyDoctor'), purpose: 'TREAT', days: 365 },
  {
    name: 'second-opinion',
    title: () => t('share.secondOpinion'),
    sections: ['profile', 'allergies', 'medications', 'problems', 'results', 'procedures', 'imaging'],
    purpose: 'TREAT',
    days: 30,
  },
  {
    name: 'emergency',
    title: () => t('share.emergency'),
    sections: ['profile', 'allergies', 'medications', 'problems', 'devices', 'pregnancy', 'directives', 'providers'],
    purpose: 'ETREAT',
    days: 1,
  },
];

/** UCUM codes as they are written for people. */
const SHOWN: Readonly<Record<string, string>> = {
  'mm[Hg]': 'mmHg',
  Cel: '°C',
  '[degF]': '°F',
  '[lb_av]': 'lb',
  '[oz_av]': 'oz',
  '[in_i]': 'in',
  '[ft_i]': 'ft',
  '[IU]': 'IU',
  '[pH]': 'pH',
  a: 'y',
  '{score}': '',
};

/** `10*3/uL` → `10³/µL`; what is no UCUM stays as it is. */
export function unitText(unit: string): string {
  const known = SHOWN[unit];
  if (known !== undefined) return known;
  return unit
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll('[IU]', 'IU')
    .replaceAll(/10\*(\d+)/g, (_, power: string) => `10${superscript(power)}`)
    .replace(/(^|\/)u(?=[A-Za-z]{1,3}\b)/g, '$1µ')
    .replaceAll(/\b(k?m|c?m)([23])\b/g, (_, base: string, power: string) => `${base}${superscript(power)}`)
    .replace(/\/$/, '')
    .trim();
}

const superscript = (digits: string): string => digits.replaceAll(/\d/g, (d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(d)));

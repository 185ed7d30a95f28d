import { expect, it } from 'vitest';
import { isGuessable } from '../../../extension/ui/lib/strength.ts';

it.each([
  'aaaaaaaaaaaa',
  'abababababab',
  '123456789012',
  'qwertyuiop',
  'qwertzuiop',
  'passwordpassword',
  'Passw0rd!2024',
  'iloveyou1234',
  'SalusSalus',
  'salus1970',
  '01.01.1970',
])('“%s” is easy to guess', async (password) => {
  expect(await isGuessable(password)).toBe(true);
});

it.each([
  'correct horse battery',
  'richtig pferd batterie',
  'x7Kq9mW2zR',
  'мой длинный пароль',
  '正しい馬の電池ホチキス',
])('“%s” is not', async (password) => {
  expect(await isGuessable(password)).toBe(false);
});

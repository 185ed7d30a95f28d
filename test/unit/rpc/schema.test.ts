import { describe, expect, it } from 'vitest';
import { parseRequest } from '../../../extension/rpc/schema.ts';

const ask = (params: unknown, method = 'health_requestAccess') => parseRequest({ id: '0'.repeat(32), method, params });
const good = {
  purpose: 'TREAT',
  sections: ['medications', 'allergies'],
  duration: 3_600,
  reason: 'To prepare for your visit',
  recipient: { address: `0x${'ab'.repeat(20)}` },
};

describe('requests of pages', () => {
  it('take one object, bare or as the only element of an array', () => {
    expect(ask(good).params).toEqual({ ...good, rights: ['read'] });
    expect(ask([good]).params).toEqual(ask(good).params);
  });

  it('name a section once, however often the page does', () => {
    const params = ask({ ...good, sections: ['results', 'results', 'vitals'], rights: ['read', 'read'] }).params;
    expect(params).toMatchObject({ sections: ['results', 'vitals'], rights: ['read'] });
  });

  it('have names shown with what is hidden in them, and only as much of it as can be kept', () => {
    const named = (name: string) => ({ ...good, recipient: { ...good.recipient, name } });
    expect(ask(named('Dr\u200B O\u202Ekafor')).params).toMatchObject({
      recipient: { name: 'Dr⟨U+200B⟩ O⟨U+202E⟩kafor' },
    });
    expect(() => ask(named('\u200B'.repeat(120)))).toThrow(expect.objectContaining({ code: -32602 }) as Error);
  });

  it.each([
    ['an unknown field', { ...good, forever: true }],
    ['an unknown section', { ...good, sections: ['everything'] }],
    ['no section', { ...good, sections: [] }],
    ['more than a year', { ...good, duration: 400 * 86_400 }],
    ['a purpose that is no code', { ...good, purpose: 'MARKETING-4711' }],
    ['a recipient that is no address', { ...good, recipient: { address: '0x12' } }],
    ['nothing at all', undefined],
    ['two objects', [good, good]],
  ])('are refused with %s, by code -32602 and without repeating it', (_, params) => {
    try {
      ask(params);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: -32602 });
      expect(String(error)).not.toContain('4711');
    }
  });

  it('are refused with 4200 when there is no such method, also one every object has', () => {
    for (const method of ['eth_mine', 'constructor', '__proto__', 'toString']) {
      expect(() => ask(undefined, method)).toThrow(expect.objectContaining({ code: 4200 }) as Error);
    }
  });
});

import * as v from 'valibot';
import type { Position } from '../../extension/core/chain/follower.ts';

const PositionSchema = v.object({
  ring: v.array(v.object({ number: v.number(), hash: v.string() })),
  final: v.number(),
  at: v.number(),
  time: v.number(),
});

/** A position as it is stored: the same text for the same position, so that texts can be compared. */
export const encodePosition = (position: Position): string => JSON.stringify(v.parse(PositionSchema, position));

/** @throws Error where it is none */
export const decodePosition = (text: string): Position => v.parse(PositionSchema, JSON.parse(text));

import { fromBase64, fromUtf8, toBase64, utf8 } from '../bytes.ts';
import { at, listAt, textAt, type Resource } from '../fhir/resource.ts';
import { dateAndTime, dateOf, dateTime, filled, listOf, some } from './elements.ts';
import type { Form } from './form.ts';

export const APPOINTMENT: Form = {
  kind: 'appointment',
  type: 'Appointment',
  fields: [
    { key: 'title', kind: 'text', required: true },
    { key: 'date', kind: 'date', whole: true, required: true },
    { key: 'time', kind: 'time', required: true },
    { key: 'with', kind: 'text' },
    { key: 'where', kind: 'text' },
    { key: 'status', kind: 'choice', choices: ['booked', 'cancelled'], required: true },
    { key: 'note', kind: 'long' },
  ],
  owns: ['status', 'description', 'start', 'comment', 'participant'],
  make: (v) =>
    filled({
      status: v['status'],
      description: v['title'],
      start: dateTime(v['date'], v['time']),
      comment: v['note'],
      participant: [
        { actor: { type: 'Patient' }, status: 'accepted' },
        ...listOf(
          v['with'] === undefined ? undefined : actor('Practitioner', v['with']),
          v['where'] === undefined ? undefined : actor('Location', v['where']),
        ),
      ],
    }),
  read: (appointment) =>
    some({
      title: textAt(appointment, 'description'),
      ...dateAndTime(textAt(appointment, 'start')),
      with: actorIn(appointment, 'Practitioner'),
      where: actorIn(appointment, 'Location'),
      status: textAt(appointment, 'status'),
      note: textAt(appointment, 'comment'),
    }),
  // Times that somebody offers are another form.
  fits: (appointment) => listAt(appointment, 'requestedPeriod').length === 0,
};
const actor = (type: string, display: string) => ({ actor: { type, display }, status: 'accepted' });
const actorIn = (appointment: Resource, type: string): string | undefined =>
  textAt(
    listAt(appointment, 'participant').find((one) => at(one, 'actor.type') === type),
    'actor.display',
  );

const PLAIN = 'text/plain;charset=utf-8';

/** What a person writes down, as a text file inside a DocumentReference: what FHIR R4 has for a text of no other kind. */
export const NOTE: Form = {
  kind: 'note',
  type: 'DocumentReference',
  fields: [
    { key: 'title', kind: 'text', required: true },
    { key: 'text', kind: 'long', most: 20_000, required: true },
    { key: 'date', kind: 'date' },
  ],
  owns: ['status', 'description', 'content', 'context'],
  make: (v) =>
    filled({
      status: 'current',
      description: v['title'],
      content: [{ attachment: { contentType: PLAIN, data: toBase64(utf8(v['text'] ?? '')), title: v['title'] } }],
      context: filled({ period: filled({ start: v['date'] }) }),
    }),
  read: (document) =>
    some({
      title: textAt(document, 'description'),
      text: textIn(document),
      date: dateOf(textAt(document, 'context.period.start')),
    }),
  fits: (document) => textIn(document) !== undefined && listAt(document, 'content').length === 1,
};

function textIn(document: Resource): string | undefined {
  const type = textAt(document, 'content.0.attachment.contentType');
  const data = textAt(document, 'content.0.attachment.data');
  if (data === undefined || !type?.startsWith('text/plain')) return undefined;
  try {
    return fromUtf8(fromBase64(data));
  } catch {
    return undefined;
  }
}

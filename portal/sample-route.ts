import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const bundle = readFileSync(new URL('./sample-bundle.json', import.meta.url), 'utf8');

/** `GET /api/sample-bundle`: what the clinic has of its one, made-up patient, as a FHIR Bundle to offer. */
export function registerSample(app: FastifyInstance): void {
  app.get('/api/sample-bundle', (_request, reply) => reply.type('application/fhir+json').send(bundle));
}

import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Role } from '../extension/core/registry/abi.ts';
import { AddressSchema } from './address.ts';
import { PortalError } from './errors.ts';
import { read } from './read-body.ts';
import { registryCalls } from './registry-calls.ts';
import type { SignIn } from './sign-in/sign-in-route.ts';
import type { StaffParts } from './staff/staff-parts.ts';

const MAX_BODY = 1_024;
const KINDS = { hospital: Role.Hospital, manager: Role.EhrManager } as const;

const ActSchema = v.variant('act', [
  v.strictObject({ act: v.literal('enrol'), address: AddressSchema, kind: v.picklist(['hospital', 'manager']) }),
  v.strictObject({ act: v.picklist(['suspend', 'restore']), address: AddressSchema }),
]);

/**
 * The registrar's desk. It holds no key and does nothing: it lists who there is, and writes calls that the registrar's own wallet shows,
 * signs and pays for. For active registrars alone: 401 `not-signed-in`, 403 `not-allowed`.
 *
 * `GET /api/organizations`: hospitals and EHR managers. `POST /api/registrar/call` `{act, address, kind?}`: `{to, data}`; 409
 * `already-enrolled`.
 */
export function registerRegistrar(
  app: FastifyInstance,
  signIn: SignIn,
  { chain, registry, nameOf }: Pick<StaffParts, 'chain' | 'registry' | 'nameOf'>,
): void {
  app.get('/api/organizations', async (request) => {
    const registrar = await requireRegistrar(signIn.require(request));
    const found = await chain.organizations();
    const organizations = found.map(async ({ profile, role, enroller, ...one }) => {
      const name = profile && (await nameOf(profile));
      const kind = role === Role.Hospital ? 'hospital' : 'manager';
      const { address, active, suspended, since, origins } = one;
      const isMine = enroller === registrar;
      return { address, kind, active, suspended, since, origins, isMine, ...(name !== undefined && { name }) };
    });
    return { organizations: await Promise.all(organizations) };
  });

  app.post('/api/registrar/call', { bodyLimit: MAX_BODY }, async (request) => {
    await requireRegistrar(signIn.require(request));
    const wish = read(ActSchema, request.body);
    const { role } = await chain.member(wish.address);
    if (wish.act === 'enrol' && role !== Role.None) {
      throw new PortalError('already-enrolled', 'This account has a role in the health network already.');
    }
    const args = wish.act === 'enrol' ? [wish.address, KINDS[wish.kind]] : [wish.address];
    return { to: registry, data: registryCalls.encodeFunctionData(wish.act, args) };
  });

  async function requireRegistrar(address: string): Promise<string> {
    const { role, active } = await chain.member(address);
    if (role === Role.Registrar && active) return address;
    throw new PortalError(
      'not-allowed',
      'This account is no registrar of the health network. Sign in with one that is.',
    );
  }
}

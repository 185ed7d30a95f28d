import * as v from 'valibot';
import { ask, send } from './clinic-api.ts';

const WORKS = ['doctor', 'lab', 'pharmacist', 'researcher'] as const;
export type Work = (typeof WORKS)[number];
export const WORK_NAMES: Readonly<Record<Work, string>> = {
  doctor: 'Doctor',
  lab: 'Laboratory',
  pharmacist: 'Pharmacist',
  researcher: 'Researcher',
};

const person = {
  name: v.string(),
  work: v.picklist(WORKS),
  speciality: v.optional(v.string()),
  licence: v.optional(v.object({ number: v.string(), until: v.string() })),
};
const PersonSchema = v.object(person);
export type Person = v.InferOutput<typeof PersonSchema>;
const InvitationSchema = v.object({ ...person, expires: v.number() });
export type Invitation = v.InferOutput<typeof InvitationSchema>;

const MeSchema = v.object({
  address: v.string(),
  isAdministrator: v.boolean(),
  isRegistrar: v.boolean(),
  staff: v.optional(
    v.object({
      ...v.partial(PersonSchema).entries,
      work: v.picklist(WORKS),
      active: v.boolean(),
      handle: v.optional(v.string()),
    }),
  ),
});
/** The account that signed in, and what the registry says of it. */
export type Me = v.InferOutput<typeof MeSchema>;

const MemberSchema = v.object({
  ...v.partial(PersonSchema).entries,
  address: v.string(),
  work: v.picklist(WORKS),
  active: v.boolean(),
  suspended: v.boolean(),
  since: v.number(),
});
export type Member = v.InferOutput<typeof MemberSchema>;
const OpenInvitationSchema = v.object({ ...InvitationSchema.entries, id: v.string() });
export type OpenInvitation = v.InferOutput<typeof OpenInvitationSchema>;
const StaffSchema = v.object({ staff: v.array(MemberSchema), invitations: v.array(OpenInvitationSchema) });
export type StaffList = v.InferOutput<typeof StaffSchema>;

const OrganizationSchema = v.object({
  address: v.string(),
  kind: v.picklist(['hospital', 'manager']),
  name: v.optional(v.string()),
  active: v.boolean(),
  suspended: v.boolean(),
  since: v.number(),
  origins: v.number(),
  isMine: v.boolean(),
});
export type Organization = v.InferOutput<typeof OrganizationSchema>;

const CallSchema = v.object({ to: v.string(), data: v.string() });
const NothingSchema = v.object({});

/** Who signed in here, or null. Each of these throws ClinicError. */
export const whoAmI = (): Promise<Me | null> => ask('/api/me', v.nullable(MeSchema));

/** The text that an account is to sign (EIP-4361). */
export const signInText = async (address: string): Promise<string> =>
  (await send('/api/sign-in/text', { address }, v.object({ message: v.string() }))).message;

export const signIn = (message: string, signature: string) =>
  send('/api/sign-in', { message, signature }, v.object({ address: v.string() }));

export const signOut = () => send('/api/sign-out', {}, NothingSchema);

/** Whom a code invites as what. */
export const invitationOf = (code: string): Promise<Invitation> => send('/api/invitation', { code }, InvitationSchema);

export const acceptInvitation = (code: string): Promise<Me> => send('/api/invitation/accept', { code }, MeSchema);

/** Has patients who check in share with the doctor who signed in. */
export const takeDuty = () => send('/api/duty', {}, NothingSchema);

/** Publishes who signed in. @returns the call by which their own account says so, unless it did already */
export const publishProfile = () => send('/api/profile', {}, v.object({ isSet: v.boolean(), call: CallSchema }));

export const staffList = (): Promise<StaffList> => ask('/api/staff', StaffSchema);

/** @returns a code that is told this once, and the Unix second until which it works */
export const invite = (who: Person) =>
  send('/api/invitations', who, v.object({ id: v.string(), code: v.string(), expires: v.number() }));

export const withdraw = (id: string) => send('/api/invitations/withdraw', { id }, NothingSchema);

export const setSuspended = (address: string, suspended: boolean) =>
  send(`/api/staff/${suspended ? 'suspend' : 'restore'}`, { address }, NothingSchema);

export const organizations = async (): Promise<readonly Organization[]> =>
  (await ask('/api/organizations', v.object({ organizations: v.array(OrganizationSchema) }))).organizations;

/** What a registrar wants done. */
export type RegistrarAct =
  | { readonly act: 'enrol'; readonly address: string; readonly kind: 'hospital' | 'manager' }
  | { readonly act: 'suspend' | 'restore'; readonly address: string };

/** The call that does it, for the registrar's own wallet. */
export const registrarCall = (wish: RegistrarAct) => send('/api/registrar/call', wish, CallSchema);

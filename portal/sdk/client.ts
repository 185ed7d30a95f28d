import * as v from 'valibot';
import type { Method, METHODS } from '../../extension/rpc/schema.ts';
import {
  answerTo,
  billFor,
  dispenseOf,
  prescriptionOf,
  reportOf,
  testOrderOf,
  visitOf,
  type BillTerms,
  type Found,
  type HandedOut,
  type PrescriptionTerms,
  type TestTerms,
  type VisitTerms,
} from './care.ts';
import { HealthError, unexpectedAnswer } from './health-error.ts';
import type { Provider } from './provider.ts';
import {
  AccessSchema,
  AccountsSchema,
  CapabilitiesSchema,
  ConsentChangedSchema,
  ConsentsSchema,
  EndedConsentSchema,
  OfferedSchema,
  OpenedRecordSchema,
  RecordPageSchema,
  SignatureSchema,
  TransactionHashSchema,
  VerificationSchema,
  WrittenSchema,
  type Access,
  type Capabilities,
  type Consent,
  type ConsentChanged,
  RecordAddedSchema,
  type RecordAdded,
  type EndedConsent,
  type HealthRecord,
  type Offered,
  type OpenedRecord,
  type RecordPage,
  type Verification,
  type Written,
} from './results.ts';

/** Params of a method, as a site writes them. */
type ParamsOf<M extends Method> = v.InferInput<(typeof METHODS)[M]>;
export type AccessRequest = ParamsOf<'health_requestAccess'>;
export type RecordQuery = ParamsOf<'health_listRecords'>;
export type ConsentName = ParamsOf<'health_endConsent'>;
export type RecordName = ParamsOf<'health_readRecord'>;
export type RecordInHand = ParamsOf<'health_verifyRecord'>;
type Write = ParamsOf<'health_writeRecord'>;
/** One resource for one section of a patient who allowed it. */
export type PatientWrite = Required<Pick<Write, 'patient' | 'section' | 'resource'>> & Pick<Write, 'fulfils'>;
/** Whose record something is written into. */
interface Into {
  readonly patient: string;
}
/** The same, and a section of it to which the patient lets the account write. */
type IntoSection = Pick<PatientWrite, 'patient' | 'section'>;
/** What the wallet's own person is offered: one resource, or a bundle. */
export type Offer = Required<Pick<Write, 'resource'>> | Required<Pick<Write, 'bundle'>>;

/** A call of a contract. */
export interface ContractCall {
  readonly from: string;
  readonly to: string;
  /** ABI-encoded, 0x hex. */
  readonly data: string;
}

/** What every wallet of `health/1` has. */
const HEALTH_1: readonly string[] = [
  'health_getCapabilities',
  'health_requestAccess',
  'health_getConsents',
  'health_endConsent',
  'health_listRecords',
  'health_readRecord',
  'health_writeRecord',
] satisfies Method[];

/** Stops a subscription. */
export type Unsubscribe = () => void;

/**
 * A health wallet with types. Every method throws {@link HealthError}: 4001 when the person says no or lets 10 minutes pass, 4100
 * when the site or account may not, 4900 when the network cannot be reached, -32602 for wrong params. `fix` says what to do.
 */
export class HealthClient {
  readonly #provider: Provider;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** Asks the person to let this site see their account. @returns its address, lower case */
  async connect(): Promise<string> {
    const [account] = await this.#request('eth_requestAccounts', undefined, AccountsSchema);
    if (account === undefined) throw unexpectedAnswer('eth_requestAccounts');
    return account;
  }

  /** Accounts this site may see now, without asking anyone: empty when there are none or the wallet is locked. */
  accounts(): Promise<string[]> {
    return this.#request('eth_accounts', undefined, AccountsSchema);
  }

  /** Asks the person to sign a text, such as a sign-in (EIP-4361), with a connected account. @returns the signature, 65 bytes as 0x hex */
  signText(account: string, text: string): Promise<string> {
    return this.#request('personal_sign', [text, account], SignatureSchema);
  }

  /** Asks the person to send a call to a contract of the health network, and to pay its fee. @returns hash of the transaction */
  sendTransaction(call: ContractCall): Promise<string> {
    return this.#request('eth_sendTransaction', [call], TransactionHashSchema);
  }

  capabilities(): Promise<Capabilities> {
    return this.#request('health_getCapabilities', undefined, CapabilitiesSchema);
  }

  /**
   * Whether the person's wallet has this method, such as `health_endConsent`, without asking anyone. Where a wallet does not list
   * its methods, the version of its health methods tells.
   */
  async supports(method: string): Promise<boolean> {
    const { api, methods = api === 'health/1' ? HEALTH_1 : [] } = await this.capabilities();
    return methods.includes(method);
  }

  /** Asks the patient for access. @returns what was agreed, which may be less than was asked: read `folders` and `until` */
  requestAccess(request: AccessRequest): Promise<Access> {
    return this.#request('health_requestAccess', request, AccessSchema);
  }

  /** What this wallet's patient agreed to on this site, ended consents too. 4100 `not-connected` before {@link connect}. */
  getConsents(): Promise<Consent[]> {
    return this.#request('health_getConsents', undefined, ConsentsSchema);
  }

  /**
   * Ends a consent that was given on this site, without a prompt. Ending it twice changes nothing.
   * -32602 `not-found` where this site asked for no such consent.
   */
  endConsent({ consentId }: ConsentName): Promise<EndedConsent> {
    return this.#request('health_endConsent', { consentId }, EndedConsentSchema);
  }

  /** One page of what this account may read now. {@link eachRecord} goes through all pages. */
  listRecords(query: RecordQuery = {}): Promise<RecordPage> {
    return this.#request('health_listRecords', query, RecordPageSchema);
  }

  /** Every record this account may read now, page after page. */
  async *eachRecord(query: RecordQuery = {}): AsyncGenerator<HealthRecord, void, undefined> {
    let after = query.after;
    do {
      const page = await this.listRecords({ ...query, ...(after !== undefined && { after }) });
      yield* page.records;
      // A page that names itself as the next would never end.
      if (page.next !== undefined && page.next === after) throw unexpectedAnswer('health_listRecords');
      after = page.next;
    } while (after !== undefined);
  }

  /** Opens one record; its bytes were proven against the chain by the wallet. 4100 `no-consent` once access has ended. */
  readRecord({ patient, id, purpose }: RecordName): Promise<OpenedRecord> {
    return this.#request('health_readRecord', { patient, id, ...(purpose && { purpose }) }, OpenedRecordSchema);
  }

  /** Whether a resource, or the bytes of a file in base64, is what was recorded under this id. 4100 `no-consent` once access has ended. */
  verifyRecord(what: RecordInHand): Promise<Verification> {
    return this.#request('health_verifyRecord', what, VerificationSchema);
  }

  /**
   * Adds one FHIR resource to a patient's section, after the author's own approval. 4100 `no-consent` without the right to write,
   * `role-forbids` for what somebody in the author's role does not write. {@link prescribe} and what follows it make the resource.
   */
  writeRecord({ patient, section, resource, fulfils }: PatientWrite): Promise<Written> {
    const write = { patient, section, resource, ...(fulfils !== undefined && { fulfils }) };
    return this.#request('health_writeRecord', write, WrittenSchema);
  }

  /** Prescribes a medicine, as a doctor. -32602 before anybody is asked, where the terms contradict themselves; as {@link writeRecord}. */
  async prescribe({ patient, ...terms }: PrescriptionTerms & Into): Promise<Written> {
    return this.writeRecord({ patient, section: 'medications', resource: prescriptionOf(terms) });
  }

  /** Orders a test, as a doctor. Errors as of {@link prescribe}. */
  async orderTest({ patient, ...terms }: TestTerms & Into): Promise<Written> {
    return this.writeRecord({ patient, section: 'results', resource: testOrderOf(terms) });
  }

  /**
   * Notes that a prescription was filled, as the pharmacist whom the patient chose; it is filled once with that.
   * @param record of {@link readRecord}, whose `order` says that it is `open` and `mine`
   * Errors as of {@link prescribe}, and -32602 `order-over` where somebody else was faster.
   */
  async dispense(record: OpenedRecord, handedOut: HandedOut): Promise<Written> {
    return this.writeRecord(answerTo(record, dispenseOf(record, handedOut)));
  }

  /** Answers an order of a test, as the lab that the patient chose. Errors as of {@link dispense}. */
  async report(record: OpenedRecord, found: Found): Promise<Written> {
    return this.writeRecord(answerTo(record, reportOf(record, found)));
  }

  /** Asks a patient for ether, line by line; they pay to the author's account. Errors as of {@link prescribe}. */
  async bill({ patient, section, ...terms }: BillTerms & IntoSection): Promise<Written> {
    return this.writeRecord({ patient, section, resource: billFor(terms) });
  }

  /** Offers a patient times for a visit, of which they can book one. Errors as of {@link prescribe}. */
  async offerVisit({ patient, section, ...terms }: VisitTerms & IntoSection): Promise<Written> {
    return this.writeRecord({ patient, section, resource: visitOf(terms) });
  }

  /** Offers records to the wallet's own person, who sees what they hold and takes or refuses them. */
  offerRecord(offer: Offer): Promise<Offered> {
    return this.#request('health_writeRecord', offer, OfferedSchema);
  }

  /** Calls back when something was added to a record that this site may list: by its own account, or by anybody else. */
  onRecordAdded(listener: (added: RecordAdded) => void): Unsubscribe {
    return this.#on('recordAdded', RecordAddedSchema, listener);
  }

  /** Calls back when a consent that was given on this site begins or ends, by its own end too. */
  onConsentChanged(listener: (change: ConsentChanged) => void): Unsubscribe {
    return this.#on('consentChanged', ConsentChangedSchema, listener);
  }

  /** Calls back with the accounts this site may see from now on. */
  onAccountsChanged(listener: (accounts: string[]) => void): Unsubscribe {
    return this.#on('accountsChanged', AccountsSchema, listener);
  }

  async #request<S extends v.GenericSchema>(method: Method, params: unknown, schema: S): Promise<v.InferOutput<S>> {
    let answer: unknown;
    try {
      answer = await this.#provider.request(params === undefined ? { method } : { method, params });
    } catch (error) {
      throw HealthError.from(error);
    }
    const parsed = v.safeParse(schema, answer);
    if (!parsed.success) throw unexpectedAnswer(method);
    return parsed.output;
  }

  #on<S extends v.GenericSchema>(event: string, schema: S, listener: (data: v.InferOutput<S>) => void): Unsubscribe {
    const heard = (data: unknown) => {
      const parsed = v.safeParse(schema, data);
      if (parsed.success) listener(parsed.output);
    };
    this.#provider.on(event, heard);
    return () => void this.#provider.removeListener(event, heard);
  }
}

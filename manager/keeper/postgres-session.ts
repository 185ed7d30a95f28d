import pg from 'pg';

/** Longest wait for a connection, in milliseconds. */
const CONNECT_MS = 5_000;
/** Longest wait for the answer to one statement, in milliseconds. */
const ANSWER_MS = 30_000;
const MOST_CONNECTIONS = 10;

/**
 * Durable whatever the server's default is. A process that stands still, or that waits for one that does, must not hold up the others
 * for ever.
 */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = '20s';
  SET LOCAL statement_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '10s'`;

/** A row as the database gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** What statements are put to: the database, or a transaction in it. */
export interface Session {
  /** @param values of `$1` and so on @returns the rows, and how many were written @throws DatabaseError */
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Row[]; readonly count: number }>;
}

/** A PostgreSQL database. */
export interface Database extends Session {
  /** All of `work`, on the disk when it returns, or nothing of it. What one statement of it sees is what was there when that began. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Nothing is asked before the first statement. @param url may hold a password */
export function connectPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  });
  // Whoever waits for a connection that breaks is told so by what they wait for; one that nobody uses is replaced at the next statement.
  const ignore = () => undefined;
  pool.on('error', ignore).on('connect', (client) => client.on('error', ignore));

  return {
    ...sessionOf(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query(BEGIN);
        const result = await work(sessionOf(client));
        await client.query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        // Where even that fails the connection is closed, and the server undoes what was begun.
        await client.query('ROLLBACK').then(
          () => client.release(),
          () => client.release(true),
        );
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

const sessionOf = (client: Pick<pg.Pool, 'query'> | pg.PoolClient): Session => ({
  async query(text, values = []) {
    const { rows, rowCount } = await client.query<Row>(text, [...values]);
    return { rows, count: rowCount ?? 0 };
  },
});

import type { FastifyBaseLogger, FastifyLoggerOptions } from 'fastify';

/** Where log lines go. */
export interface LogStream {
  write(line: string): void;
}

/**
 * Settings of a log that holds nothing about a person: of a request its method, of an answer its status, of an error
 * its class, code and place in the code. Messages of errors are dropped, as libraries put addresses and CIDs in them.
 */
export function logOptions(level: string, stream: LogStream): FastifyLoggerOptions {
  return {
    level,
    stream,
    serializers: {
      req: (request) => ({ method: request.method }),
      res: (reply) => ({ statusCode: reply.statusCode }),
      err: describeError,
    },
  };
}

/** Logs an answered request: method, pattern of the route (never the path), status, milliseconds, bytes of payload. */
export function logAnswer(
  log: FastifyBaseLogger,
  answer: { method: string; route: string; status: number; ms: number; bytes: number },
): void {
  log.info(answer, 'answered');
}

function describeError(error: Error): { type: string; message: string; stack: string; code?: string } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const frames = error.stack?.split('\n').filter((line) => /^ {4}at /.test(line)) ?? [];
  return { type: error.name, message: '', stack: frames.join('\n'), ...(code === undefined ? {} : { code }) };
}

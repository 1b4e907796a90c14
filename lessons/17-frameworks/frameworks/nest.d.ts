// NestJS and RxJS as far as this lesson uses them: see express.d.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface MessageEvent {
  data: string | object;
  id?: string;
  type?: string;
  retry?: number;
  comment?: string;
}

type Class = abstract new (...given: never[]) => unknown;

export function Controller(path?: string): (controller: Class) => void;
export function Module(parts: { controllers: Class[] }): (module: Class) => void;
export function Sse(
  path: string,
): (prototype: object, method: string, descriptor: PropertyDescriptor) => void;
export function Headers(
  name: string,
): (prototype: object, method: string, parameter: number) => void;

export const NestFactory: {
  create(
    module: Class,
    options: { logger: string[] },
  ): Promise<{
    init(): Promise<unknown>;
    getHttpAdapter(): {
      getInstance(): (request: IncomingMessage, response: ServerResponse) => void;
    };
  }>;
};

export interface Subscriber<Value> {
  next(value: Value): void;
  complete(): void;
}

export class Observable<Value> {
  constructor(subscribe: (subscriber: Subscriber<Value>) => (() => void) | undefined);
  pipe<Other>(operator: (source: Observable<Value>) => Observable<Other>): Observable<Other>;
}

export function interval(period: number): Observable<number>;
export function timer(first: number, period: number): Observable<number>;
export function map<Value, Other>(
  project: (value: Value, index: number) => Other,
): (source: Observable<Value>) => Observable<Other>;

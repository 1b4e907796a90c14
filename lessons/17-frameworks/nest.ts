// The departures by NestJS.
//
// Nest writes the head and the fields; you give it an Observable of messages. Usually one writes its
// decorators with an @, as `@Sse('nest/departures')`. That needs a compiler, and the kit's TypeScript is
// only stripped of its types. A decorator is a function: at the end of this file they are called.
//
// https://docs.nestjs.com/techniques/server-sent-events
import {
  Controller,
  Headers,
  type MessageEvent,
  Module,
  NestFactory,
  Observable,
  Sse,
} from '#frameworks/nest';
import { eachDeparture } from './timetable.ts';

class Station {
  /** Called once for each request. Nest subscribes to what it returns, and unsubscribes at `close`. */
  departures(lastEventId: string | undefined): Observable<MessageEvent> {
    const after = Number(lastEventId) || 0;
    return new Observable((subscriber) => {
      // #region 2 Tell each departure from Nest, and stop when it unsubscribes.
      const stop = eachDeparture(after, (departure) => {
        subscriber.next({ type: 'departure', id: String(departure.train), data: departure });
      });
      return stop; // what is returned here is called when somebody unsubscribes
      // #endregion
    });
  }
}

class Line {}

/* With a compiler:

  @Controller()
  class Station {
    @Sse('nest/departures')
    departures(@Headers('last-event-id') lastEventId: string) { … }
  }

  @Module({ controllers: [Station] })
  class Line {}
*/
const { prototype } = Station;
const method = Object.getOwnPropertyDescriptor(prototype, 'departures')!;
Controller()(Station);
Sse('nest/departures')(prototype, 'departures', method);
Headers('last-event-id')(prototype, 'departures', 0);
Module({ controllers: [Station] })(Line);

const app = await NestFactory.create(Line, { logger: ['error', 'warn'] });
await app.init();

/** Nest stands on Express: this is the Express application below it. */
export const handle = app.getHttpAdapter().getInstance();

// The departures by Express.
//
// Express gives its handlers the request and the response of node:http, with some methods more. So
// what you know of `write` and of `close` holds here too. What is new stands in the line with
// `use`: other people's code, through which every answer goes.
//
// https://expressjs.com/en/5x/api.html#res
import { PassThrough, pipeline } from 'node:stream';
import { compression, express } from '#frameworks/express';
import { asEvent, eachDeparture } from './timetable.ts';

const HEAD = {
  'Content-Type': 'text/event-stream',
  // #region 1 Send the departures from Express.
  //- 'Cache-Control': 'no-store',
  'Cache-Control': 'no-store, no-transform', // else the middleware below gathers what it compresses
  // #endregion
};

export const handle = express();

handle.use(compression()); // as in most applications: it compresses every answer that is text

handle.get('/express/departures', (request, response) => {
  // #region 1 Send the departures from Express.
  response.set(HEAD);
  response.write('\n');
  const after = Number(request.get('Last-Event-ID')) || 0;
  const stop = eachDeparture(after, (departure) => response.write(asEvent(departure)));
  response.on('close', stop);
  // #endregion
});

// The same by a stream that somebody else fills: a child process, a database, a service.
handle.get('/express/piped', (request, response) => {
  // #region 5+ Let a PassThrough flow into the response, by pipeline.
  response.set(HEAD);
  const source = new PassThrough();
  source.write('\n');
  const after = Number(request.get('Last-Event-ID')) || 0;
  const stop = eachDeparture(after, (departure) => source.write(asEvent(departure)));
  // pipe() would not tell the source that the client has left. pipeline does, and calls back.
  pipeline(source, response, () => stop());
  // #endregion
});

// The course in its order: which lessons there are, and the question that each one answers.

/** The four parts, in order. */
export const parts = ['EventSource', 'fetch', 'The network', 'Putting it to work'] as const;

export interface SyllabusEntry {
  number: number;
  folder: string;
  title: string;
  part: string;
  question: string;
}

/** All lessons of the course, those that are not written yet among them. */
export const syllabus: SyllabusEntry[] = [
  {
    number: 1,
    folder: '01-event-stream',
    title: 'The station clock',
    part: parts[0],
    question: 'How does a server go on talking after it has answered?',
  },
  {
    number: 2,
    folder: '02-fields',
    title: 'The departure board',
    part: parts[0],
    question: 'What can an event carry besides its data?',
  },
  {
    number: 3,
    folder: '03-endings',
    title: 'The last train',
    part: parts[0],
    question: 'How does a stream end, and who decides whether the browser comes back?',
  },
  {
    number: 4,
    folder: '04-resuming',
    title: 'Missed announcements',
    part: parts[0],
    question: 'How does a client get what it missed, nothing lost and nothing twice?',
  },
  {
    number: 5,
    folder: '05-keeping-alive',
    title: 'The signal lamp',
    part: parts[0],
    question: 'Nothing comes. Is there no news, or no connection?',
  },
  {
    number: 6,
    folder: '06-fetch-post',
    title: 'The enquiry desk',
    part: parts[1],
    question: 'How do you send a question, and read the answer while it is being written?',
  },
  {
    number: 7,
    folder: '07-parser',
    title: 'Chunks are not events',
    part: parts[1],
    question: 'How do you find the events when the bytes are cut anywhere?',
  },
  {
    number: 8,
    folder: '08-own-event-source',
    title: 'An EventSource of our own',
    part: parts[1],
    question: 'What does EventSource do for you, and what if you do it yourself over fetch?',
  },
  {
    number: 9,
    folder: '09-token-stream',
    title: 'The typewriter',
    part: parts[1],
    question: 'How does a language model type its answer into a page, and how is it stopped?',
  },
  {
    number: 10,
    folder: '10-cors',
    title: 'Another station',
    part: parts[2],
    question: 'What must a server say before a page from elsewhere may read its stream?',
  },
  {
    number: 11,
    folder: '11-credentials',
    title: 'The season ticket',
    part: parts[2],
    question: 'How does a stream know whose it is, when it comes from another origin?',
  },
  {
    number: 12,
    folder: '12-connection-limit',
    title: 'Six platforms',
    part: parts[2],
    question: 'Why does the seventh tab stay empty?',
  },
  {
    number: 13,
    folder: '13-broadcast',
    title: 'The loudspeakers',
    part: parts[2],
    question:
      'How do you tell a thousand clients the same thing, when one of them does not listen?',
  },
  {
    number: 14,
    folder: '14-log-follow',
    title: "The signal box's log",
    part: parts[3],
    question: 'How does a page follow a file that grows?',
  },
  {
    number: 15,
    folder: '15-binary',
    title: 'The picture postcard',
    part: parts[3],
    question: 'How do bytes that are not text travel, and what does each way cost?',
  },
  {
    number: 16,
    folder: '16-websocket',
    title: 'The telegraph, both ways',
    part: parts[3],
    question: 'When is a WebSocket the better wire, and what do you then do by hand?',
  },
  {
    number: 17,
    folder: '17-frameworks',
    title: 'Other gauges',
    part: parts[3],
    question: 'What becomes of the same bytes in Express, NestJS and React?',
  },
];

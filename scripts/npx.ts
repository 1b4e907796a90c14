// What `npx down-the-wire …` runs, without a clone. scripts/pack.ts makes one file of it.
//
//   npx down-the-wire doctor http://localhost:3000/events
const USAGE = `npx down-the-wire doctor URL

Examines anybody's event stream. All that it can do: npx down-the-wire doctor --help
The lessons are in the kit itself, which is cloned and not installed.
`;

const [command] = process.argv.splice(2, 1);
if (command === 'doctor') {
  await import('./doctor.ts');
} else if (command === undefined || command === '--help' || command === '-h') {
  process.stdout.write(USAGE);
} else {
  process.stderr.write(`There is no command "${command}" here: npx down-the-wire doctor URL\n`);
  process.exitCode = 2;
}

// The search of the page of symptoms: what is typed leaves those that have all its words.
import { byId } from './dom.ts';
import { takeKeyFromAddress } from './key.ts';
import { Live, showLiveState } from './live.ts';

takeKeyFromAddress();
const live = new Live();
showLiveState(live, byId('live'));
live.connect();

const field = byId('find') as HTMLInputElement;
const symptoms = [...document.querySelectorAll<HTMLElement>('.symptom')];

function find(): void {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const symptom of symptoms) {
    const text = symptom.textContent!.toLowerCase();
    symptom.hidden = !words.every((word) => text.includes(word));
  }
  const count = symptoms.filter(({ hidden }) => !hidden).length;
  byId('none').hidden = count > 0;
  byId('found').textContent = words.length > 0 ? `${count} of ${symptoms.length}` : '';
}

field.addEventListener('input', find);
find(); // the browser may have kept what was typed before a reload

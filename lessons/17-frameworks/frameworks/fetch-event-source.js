// npm run frameworks builds public/frameworks/fetch-event-source.js of this.
//
// @ts-nocheck: the types stand beside this, for whoever has not fetched the packages.
export { fetchEventSource } from '@microsoft/fetch-event-source';

// npm run frameworks builds public/frameworks/react.js of this, as a bundler would. In a project of
// your own you import from 'react' and 'react-dom/client'.
//
// @ts-nocheck: the types stand beside this, for whoever has not fetched the packages.
export { createElement, StrictMode, useEffect, useRef, useState } from 'react';
export { createRoot } from 'react-dom/client';

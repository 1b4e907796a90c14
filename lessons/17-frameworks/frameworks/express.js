// The packages of this folder, for those who import "#frameworks/express": the packages are here, and
// what imports them may stand in lessons/, playground/ or .kit/. In a project of your own you write
// `import express from 'express'`.
//
// @ts-nocheck: the types stand beside this, for whoever has not fetched the packages.
export { default as compression } from 'compression';
export { default as express } from 'express';

// As express.js. In a project of your own you import from '@nestjs/common', '@nestjs/core' and 'rxjs'.
//
// @ts-nocheck: the types stand beside this, for whoever has not fetched the packages.
export { Controller, Headers, Module, Sse } from '@nestjs/common';
export { NestFactory } from '@nestjs/core';
export { interval, map, Observable, timer } from 'rxjs';

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet, greetAll } from '../src/greet.js';

test('a name is greeted', () => {
  assert.equal(greet('Ada'), 'Hello, Ada!');
});

test('a stranger is a friend', () => {
  assert.equal(greet(), 'Hello, friend!');
});

test('several people are greeted in one sentence', () => {
  assert.equal(greetAll(['Ada', 'Grace', 'Edsger']), 'Hello, Ada, Grace and Edsger!');
});

// Red on purpose: nobody thought of a single person.
test('one person alone is greeted without an "and"', () => {
  assert.equal(greetAll(['Ada']), 'Hello, Ada!');
});

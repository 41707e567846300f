export { readText } from '../util/read-text.js';

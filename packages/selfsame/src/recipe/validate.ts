export { check, says, validate } from '../util/yaml/validate.js';

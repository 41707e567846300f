export { parseYamlFile } from '../util/yaml/yaml-file.js';

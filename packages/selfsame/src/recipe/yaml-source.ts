export { parseYamlFile } from '../util/yaml/yaml-file.js';
export type { YamlFile, YamlPath } from '../util/yaml/yaml-file.js';

import { resolve } from 'node:path';
import type { Command } from '../command.js';

export const environmentExportCommand: Command = {
  name: 'environment export',
  summary: 'write an environment as an OCI image',
  description:
    'Writes a locked environment as an OCI image layout that podman, skopeo, docker and others load. The ' +
    'same lock gives the same image everywhere, so that two people can compare digests. Layers are not ' +
    'compressed, since compressors differ.',
  arguments: [
    { syntax: '<environment>', description: 'name in selfsame.yaml', complete: 'environments' },
    { syntax: '<out>', description: 'new directory, or a file ending in .tar', complete: 'files' },
  ],
  options: [],
  examples: [
    { command: 'selfsame environment export default image', does: 'write the layout to ./image' },
    {
      command: 'selfsame environment export default image.tar && podman load -i image.tar',
      does: 'load it into podman',
    },
  ],
  async run([name = '', out = ''], _options, context) {
    const { findLockedEnvironment } = await import('../locked-environments.js');
    const { exportImage } = await import('../../environment/image/export-image.js');
    const { locked } = await findLockedEnvironment(context.cwd, name);
    const image = await exportImage(locked, resolve(context.cwd, out), await context.engine());
    return {
      exitCode: 0,
      data: { environment: name, ...image },
      text: [`${context.style.bold(`sha256:${image.digest}`)}  ${out}`],
    };
  },
};

import { join, resolve } from 'node:path';
import type { PolicyFile } from '../record/policy-file.js';
import type { CommandContext } from './command.js';

/** A policy that a command names, or that of the workspace around. */
export async function loadPolicy(
  file: string | undefined,
  at: unknown,
  context: CommandContext,
): Promise<{
  readonly policyFile: PolicyFile;
  readonly at: number;
  /** The file as a person would type it. */
  readonly name: string;
}> {
  const { readPolicyFile, POLICY_FILE_NAME } = await import('../record/policy-file.js');
  const { timeOf } = await import('./judgement-time.js');
  const { findWorkspace } = await import('./find-workspace.js');
  const root = file === undefined ? findWorkspace(context.cwd)?.root : undefined;
  const path = resolve(context.cwd, file ?? join(root ?? context.cwd, POLICY_FILE_NAME));
  const name = path.startsWith(`${context.cwd}/`) ? path.slice(context.cwd.length + 1) : path;
  const time = timeOf(typeof at === 'string' ? at : undefined);
  return { policyFile: readPolicyFile(path, name, time), at: time, name };
}

import type { Command } from './command.js';
import { buildCommand } from './commands/build.js';
import { compareCommand } from './commands/compare.js';
import { checkCommand } from './commands/check.js';
import { completionCommand } from './commands/completion.js';
import { doctorCommand } from './commands/doctor.js';
import { environmentExportCommand } from './commands/environment-export.js';
import { environmentListCommand } from './commands/environment-list.js';
import { evidencePackCommand } from './commands/evidence-pack.js';
import { evidencePageCommand } from './commands/evidence-page.js';
import { evidenceVerifyCommand } from './commands/evidence-verify.js';
import { explainCommand } from './commands/explain.js';
import { initCommand } from './commands/init.js';
import { keyNewCommand } from './commands/key-new.js';
import { keyShowCommand } from './commands/key-show.js';
import { layoutVerifyCommand } from './commands/layout-verify.js';
import { lockCommand } from './commands/lock.js';
import { logAddCommand } from './commands/log-add.js';
import { logCosignCommand } from './commands/log-cosign.js';
import { logInitCommand } from './commands/log-init.js';
import { logMonitorCommand } from './commands/log-monitor.js';
import { logProveCommand } from './commands/log-prove.js';
import { logWitnessCommand } from './commands/log-witness.js';
import { policyCheckCommand } from './commands/policy-check.js';
import { policyExplainCommand } from './commands/policy-explain.js';
import { policySimulateCommand } from './commands/policy-simulate.js';
import { rosterSignCommand } from './commands/roster-sign.js';
import { runCommand } from './commands/run.js';
import { schemaCommand } from './commands/schema.js';
import { shellCommand } from './commands/shell.js';
import { signCommand } from './commands/sign.js';
import { storeGcCommand } from './commands/store-gc.js';
import { storeVerifyCommand } from './commands/store-verify.js';
import { verifyCommand } from './commands/verify.js';
import { witnessServeCommand } from './commands/witness-serve.js';

/** Every command there is, in the order of help. Their files are light: what does the work is imported when a command runs. */
export const commands: readonly Command[] = [
  initCommand,
  lockCommand,
  buildCommand,
  shellCommand,
  runCommand,
  checkCommand,
  compareCommand,
  explainCommand,
  signCommand,
  verifyCommand,
  layoutVerifyCommand,
  evidencePackCommand,
  evidenceVerifyCommand,
  evidencePageCommand,
  policyCheckCommand,
  policyExplainCommand,
  policySimulateCommand,
  rosterSignCommand,
  logInitCommand,
  logAddCommand,
  logCosignCommand,
  logWitnessCommand,
  witnessServeCommand,
  logProveCommand,
  logMonitorCommand,
  keyNewCommand,
  keyShowCommand,
  storeGcCommand,
  storeVerifyCommand,
  environmentListCommand,
  environmentExportCommand,
  doctorCommand,
  schemaCommand,
  completionCommand,
];

/** What the first word of two-word commands says of itself in the list of commands. */
export const groups: Readonly<Record<string, string>> = {
  store: 'look after the store: what is kept between builds',
  layout: 'verify in-toto layouts, without running anything of theirs',
  evidence: 'carry and judge everything a verdict needs in one file',
  witness: 'cosign what transparency logs say, so that none can show two histories',
  log: 'keep, witness and watch a transparency log of claims',
  policy: 'look into what is accepted',
  roster: 'say who signers are',
  key: 'make and show signing keys',
  environment: 'work with locked environments',
};

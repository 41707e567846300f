import { buildinfo } from './buildinfo/buildinfo.js';
import { dsse } from './dsse/dsse.js';
import type { AttestationFormat } from './format.js';
import { gitian } from './gitian/gitian.js';
import { guixSigs } from './guix-sigs/guix-sigs.js';
import { inToto } from './in-toto/in-toto.js';
import { sha256Sums } from './sha256sums/sha256sums.js';
import { sigstore } from './sigstore/sigstore.js';
import { torLists } from './tor-lists/tor-lists.js';

/** All formats that are read. The first that takes a file has it: what is recognised by name comes before what is by content. */
export const attestationFormats: readonly AttestationFormat[] = [
  guixSigs,
  torLists,
  sha256Sums,
  gitian,
  buildinfo,
  sigstore,
  dsse,
  inToto,
];

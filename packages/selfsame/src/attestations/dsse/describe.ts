import { isJsonObject, parseJson, VerifyError } from '@selfsame/verify';

/** What an envelope carries, in words for a note: `slsa.dev/provenance/v1 about 3 files, not a vote`. */
export function noteOf(payloadType: string, payload: Uint8Array): string {
  try {
    const document = parseJson(payload);
    if (isJsonObject(document) && typeof document['predicateType'] === 'string') {
      const subjects = document['subject'];
      const count = Array.isArray(subjects) ? subjects.length : 0;
      const type = document['predicateType'].slice(0, 200);
      return `evidence (${type}) about ${count} file${count === 1 ? '' : 's'}, not a vote`;
    }
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
  }
  return `an envelope of ${payloadType.slice(0, 200)}, not a vote`;
}

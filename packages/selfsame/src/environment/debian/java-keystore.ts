import { createHash } from 'node:crypto';

/** First four bytes of a Java key store in the JKS format (OpenJDK, sun.security.provider.JavaKeyStore). */
const magic = 0xfeed_feed;
/** The tag of an entry that is a trusted certificate; key entries are random and never touched. */
const trustedCertificate = 2;
/** Password of the system's store of authorities in Debian (ca-certificates-java) and in OpenJDK itself. */
const password = 'changeit';
const salt = 'Mighty Aphrodite';

/**
 * A key store of trusted certificates with every entry's creation date (milliseconds since 1970) set to
 * `epoch` (seconds), and its digest made again. Undefined when it is of another format, holds keys, is
 * damaged or has another password: then nothing can be done for it.
 */
export function normaliseKeystore(bytes: Buffer, epoch: number): Buffer | undefined {
  const end = bytes.length - 20;
  if (end < 12 || bytes.readUInt32BE(0) !== magic || bytes.readUInt32BE(4) !== 2) return undefined;
  if (!digest(bytes.subarray(0, end)).equals(bytes.subarray(end))) return undefined;
  const result = Buffer.from(bytes);
  const count = result.readUInt32BE(8);
  let at = 12;
  try {
    for (let entry = 0; entry < count; entry++) {
      if (result.readUInt32BE(at) !== trustedCertificate) return undefined;
      at += 4;
      at += 2 + result.readUInt16BE(at); // alias
      result.writeBigUInt64BE(BigInt(epoch) * 1000n, at);
      at += 8;
      at += 2 + result.readUInt16BE(at); // type of the certificate
      at += 4 + result.readUInt32BE(at); // the certificate
    }
  } catch {
    return undefined;
  }
  if (at !== end) return undefined;
  digest(result.subarray(0, end)).copy(result, end);
  return result;
}

function digest(content: Buffer): Buffer {
  const spelled = Buffer.from(password, 'utf16le').swap16();
  return createHash('sha1').update(spelled).update(salt).update(content).digest();
}

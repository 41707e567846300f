import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testSigner } from '../../download/testing-keys.js';
import type { TestSigner } from '../../download/testing-keys.js';
import { errorOf, inputTestContext } from '../testing.js';
import type { InputTestContext } from '../testing.js';
import { gitKind } from './git.js';
import { Upstream, spec } from './testing.js';

let maintainer: TestSigner;
let stranger: TestSigner;
beforeAll(async () => {
  [maintainer, stranger] = await Promise.all([testSigner('maintainer'), testSigner('stranger')]);
});
afterAll(async () => {
  await maintainer[Symbol.asyncDispose]();
  await stranger[Symbol.asyncDispose]();
});

describe('a signed git input', () => {
  const keyring = 'keyring/k.asc';
  async function signedUpstream(context: InputTestContext, signer: TestSigner) {
    await context.write(keyring, maintainer.armored);
    const upstream = await Upstream.make(context, maintainer.home);
    await upstream.commit({ a: '1' });
    const by = upstream.as(signer);
    by.git('commit', '--quiet', '--amend', '--no-edit', `--gpg-sign=${signer.fingerprint}`);
    const commit = upstream.git('rev-parse', 'HEAD');
    by.git('tag', `--local-user=${signer.fingerprint}`, '--message=release', 'v1');
    return { upstream, by, commit };
  }

  it('has a good tag or commit', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    const tag = spec(upstream, commit, { signed: 'tag', tag: 'v1', keyring });
    const pinned = await gitKind.pin(tag, context);
    expect(pinned.origin).toMatchObject({ tagObject: upstream.git('rev-parse', 'v1') });
    await gitKind.fetch(tag, pinned, context.offline());
    const signed = spec(upstream, commit, { signed: 'commit', keyring });
    await gitKind.fetch(signed, await gitKind.pin(signed, context), context.offline());
  });

  it('is refused when another key signed', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, stranger);
    for (const signed of ['tag', 'commit'] as const) {
      const error = await errorOf(
        gitKind.pin(spec(upstream, commit, { signed, tag: 'v1', keyring }), context),
      );
      expect(error.code).toBe('SIGNATURE_WRONG_KEY');
      expect(error.message).toContain(signed === 'tag' ? 'the tag v1' : `the commit ${commit}`);
      expect(error.message).toContain(stranger.fingerprint);
    }
  });

  it('is refused when nobody signed', async () => {
    await using context = await inputTestContext();
    await context.write(keyring, maintainer.armored);
    const upstream = await Upstream.make(context, maintainer.home);
    const commit = await upstream.commit({ a: '1' });
    upstream.git('tag', 'light');
    upstream.git('tag', '--annotate', '--message=m', 'heavy');
    for (const more of [
      { signed: 'tag', tag: 'light' },
      { signed: 'tag', tag: 'heavy' },
      { signed: 'commit' },
    ] as const) {
      const error = await errorOf(
        gitKind.pin(spec(upstream, commit, { ...more, keyring }), context),
      );
      expect(error.code).toBe('SIGNATURE_MISSING');
    }
    expect(await gitKind.pin(spec(upstream, commit, { tag: 'light' }), context)).toMatchObject({
      form: 'tree',
    });
  });

  it('is refused when the tag is not there, or points elsewhere', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    const missing = spec(upstream, commit, { signed: 'tag', tag: 'v9', keyring });
    expect(await errorOf(gitKind.pin(missing, context))).toMatchObject({ code: 'GIT_TAG_MISSING' });
    const next = await upstream.commit({ a: '2' });
    const moved = spec(upstream, next, { signed: 'tag', tag: 'v1', keyring });
    expect(await errorOf(gitKind.pin(moved, context))).toMatchObject({ code: 'GIT_TAG_MISMATCH' });
    upstream.git('tag', 'light');
    const light = spec(upstream, commit, { tag: 'light' });
    expect(await errorOf(gitKind.pin(light, context))).toMatchObject({ code: 'GIT_TAG_MISMATCH' });
  });

  it('is refused when a signed tag was put under another name', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    upstream.git('update-ref', 'refs/tags/v2', 'refs/tags/v1');
    const error = await errorOf(
      gitKind.pin(spec(upstream, commit, { signed: 'tag', tag: 'v2', keyring }), context),
    );
    expect(error.code).toBe('GIT_TAG_MISMATCH');
    expect(error.message).toContain('"v1"');
  });

  it('is refused when the signed text was changed', async () => {
    await using context = await inputTestContext();
    const { upstream } = await signedUpstream(context, maintainer);
    const next = await upstream.commit({ a: 'evil' });
    const tag = upstream.git('cat-file', 'tag', 'v1').replace(/^object .*/, `object ${next}`);
    const forged = upstream.run(maintainer.home, ['mktag'], `${tag}\n`);
    upstream.git('update-ref', 'refs/tags/v1', forged);
    const error = await errorOf(
      gitKind.pin(spec(upstream, next, { signed: 'tag', tag: 'v1', keyring }), context),
    );
    expect(error.code).toBe('SIGNATURE_BAD');
  });

  it('is refused when a tag has two signatures', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    const tag = upstream.git('cat-file', 'tag', 'v1');
    const signature = tag.slice(tag.indexOf('-----BEGIN'));
    const twice = upstream.run(maintainer.home, ['mktag'], `${tag}\n${signature}\n`);
    upstream.git('update-ref', 'refs/tags/v1', twice);
    const error = await errorOf(
      gitKind.pin(spec(upstream, commit, { signed: 'tag', tag: 'v1', keyring }), context),
    );
    expect(error.code).toBe('SIGNATURE_BAD');
  });
});

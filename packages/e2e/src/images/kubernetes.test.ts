// The manifests of examples/kubernetes, before the schemas of Kubernetes and of KEDA, and before what the images need.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { SETTINGS } from '@crafting-table/contracts/settings';
import { lastStage, readDockerfile, ROOT, saidBy } from './dockerfile.ts';

type Manifest = { apiVersion: string; kind: string; metadata: { name: string } };
type Container = {
  name: string;
  image: string;
  env?: { name: string }[];
  resources: object;
  securityContext: { capabilities: { drop: string[]; add?: string[] } };
  volumeMounts: { name: string; mountPath: string }[];
};
type Workload = Manifest & {
  spec: {
    volumeClaimTemplates?: { metadata: { name: string } }[];
    template: { spec: { containers: Container[]; volumes: { name: string }[]; securityContext: object } };
  };
};

const MODELS = {
  ScaledObject,
  TriggerAuthentication,
  Deployment,
  StatefulSet,
  NetworkPolicy,
  ConfigMap,
  PersistentVolumeClaim,
  Service,
};
const FOLDER = join(ROOT, 'examples/kubernetes');
const files = globSync('*.yml', { cwd: FOLDER })
  .filter((name) => name !== 'kustomization.yml')
  .toSorted();
const manifests = files.flatMap(
  (file) =>
    parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => ({
      file,
      manifest: document.toJS() as Manifest,
    })), // Checked below.
);
const workloads = manifests
  .map(({ manifest }) => manifest)
  .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet') as Workload[]; // As their schemas say.
const workload = (name: string) =>
  workloads.find(({ metadata }) => metadata.name === name)!.spec.template.spec;

describe.each(
  manifests.map(({ file, manifest }) => ({
    file,
    manifest,
    what: `${manifest.kind} ${manifest.metadata.name}`,
  })),
)('$what', ({ manifest }) => {
  test('is what the schema of its kind says', () => {
    const Model = MODELS[manifest.kind as keyof typeof MODELS]; // Undefined for a kind nobody thought of, which fails below.
    expect(Model).toBeDefined();
    const model = new Model(manifest as never); // The schema is what is tested.
    expect(manifest.apiVersion).toBe(model.apiVersion);
    expect(() => model.validate()).not.toThrow();
  });
});

test('a manifest with a fault would be found', () => {
  const faulty = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { replicas: 'two' },
  };
  expect(() => new Deployment(faulty as never).validate()).toThrow(/replicas/); // The type says so too.
});

describe.each(workloads.map((each) => ({ name: each.metadata.name, each })))(
  'the pods of $name',
  ({ each }) => {
    const { containers, volumes, securityContext } = each.spec.template.spec;
    const claimed = (each.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);

    test('run as a user that is not root, with no more rights than they need, and with limits', () => {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext: own, resources } of containers) {
        expect(own.capabilities.drop).toEqual(['ALL']);
        expect(resources).toMatchObject({ limits: { cpu: expect.anything(), memory: expect.anything() } });
      }
    });

    test('mount only volumes they have', () => {
      const known = new Set([...volumes.map(({ name }) => name), ...claimed]);
      for (const { volumeMounts } of containers)
        for (const { name } of volumeMounts) expect(known).toContain(name);
    });
  },
);

test('the farm runs as the users that its images have, and has a volume wherever they want one', () => {
  for (const [name, file] of [
    ['api', 'Dockerfile.api'],
    ['worker', 'Dockerfile.worker'],
  ] as const) {
    const image = readDockerfile(file);
    const [uid, gid] = saidBy(image, lastStage(image), 'USER').at(-1)!.split(':').map(Number);
    expect(workload(name).securityContext).toMatchObject({ runAsUser: uid, runAsGroup: gid });
    const mounted = workload(name).containers[0]!.volumeMounts.map(({ mountPath }) => mountPath);
    const wanted = saidBy(image, lastStage(image), 'VOLUME').flatMap((text) => text.split(/\s+/));
    expect(mounted).toEqual(expect.arrayContaining([...wanted, '/tmp', '/run/farm/secrets']));
  }
});

test('the worker has the same rights as in compose.yml', () => {
  const compose = parse(readFileSync(join(ROOT, 'compose.yml'), 'utf8'), { merge: true });
  expect(workload('worker').containers[0]!.securityContext.capabilities.add).toEqual(
    compose.services.worker.cap_add,
  );
});

test('settings that are given exist, and none is a password', () => {
  const config = manifests.find(({ manifest }) => manifest.kind === 'ConfigMap')!.manifest as Manifest & {
    data: Record<string, string>;
  }; // It is one.
  const given = [
    ...Object.keys(config.data),
    ...workloads.flatMap(({ spec }) =>
      spec.template.spec.containers.flatMap(({ env = [] }) => env.map(({ name }) => name)),
    ),
  ];
  const ours = given.filter((name) => name.startsWith('CRAFTING_'));
  expect(ours.filter((name) => !(name in SETTINGS))).toEqual([]);
  expect(new URL(config.data['DATABASE_URL']!).password).toBe('');
});

test('kustomize gets every file, and a name for every image of ours', () => {
  const kustomization = parse(readFileSync(join(FOLDER, 'kustomization.yml'), 'utf8'));
  expect(kustomization.resources.toSorted()).toEqual(files.map((file) => basename(file)));
  const ours = workloads
    .flatMap(({ spec }) => spec.template.spec.containers.map(({ image }) => image))
    .filter((image) => image.startsWith('crafting-table'));
  expect(kustomization.images.map(({ name }: { name: string }) => name).toSorted()).toEqual(ours.toSorted());
});

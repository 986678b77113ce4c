/** Endings of files that compilers and linters talk about. Host names and versions end differently. */
const SOURCE_EXTENSIONS = new Set(
  [
    'c cc cpp cxx c++ h hh hpp hxx inc inl ipp m mm s S asm cu cuh',
    'go rs zig d nim v vala swift',
    'js cjs mjs jsx ts cts mts tsx vue svelte astro coffee',
    'css scss sass less html htm xhtml hbs ejs pug',
    'py pyi pyx pxd ipynb rb erb rake gemspec php phtml pl pm t lua tcl r R jl',
    'java kt kts scala sc groovy gradle clj cljs cljc',
    'cs fs fsx fsi vb csproj fsproj vbproj vcxproj props targets razor cshtml xaml',
    'hs lhs ml mli elm erl hrl ex exs ada adb ads f f90 f95 f03 f08 for pas cob',
    'sh bash zsh ksh fish bats ps1 psm1 bat cmd awk',
    'sql proto thrift graphql gql avsc tf tfvars hcl nix bzl star rego cue',
    'json json5 jsonc yaml yml toml ini cfg xml xsd md rst adoc tex txt cmake mk am ac dockerfile',
    'vhd vhdl sv svh glsl vert frag wgsl hlsl sol',
  ].flatMap((line) => line.split(' ')),
);

/** Does the last part of the path end like a source file? */
export function hasSourceExtension(path: string): boolean {
  const dot = path.lastIndexOf('.');
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return dot > slash + 1 && SOURCE_EXTENSIONS.has(path.slice(dot + 1));
}

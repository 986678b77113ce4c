import ipaddr from 'ipaddr.js';

/** Answers whether an address lies in one of the networks. IPv4 addresses inside IPv6 ones count as IPv4. */
export function createNetworks(cidrs: readonly string[]): (address: string) => boolean {
  const networks = cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return networks.some(
      ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
    );
  };
}

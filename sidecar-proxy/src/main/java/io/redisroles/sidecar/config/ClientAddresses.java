package io.redisroles.sidecar.config;

import io.netty.util.NetUtil;
import io.redisroles.contract.PolicySection;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/** Finds the client behind trusted proxies, and the subject that its address is. */
public final class ClientAddresses {
    private final List<AddressBlock> trusted;
    private final int ipv6Prefix;

    ClientAddresses(PolicySection.Client client) {
        this.trusted = client.trustedProxies().stream().map(AddressBlock::parse).toList();
        this.ipv6Prefix = client.ipv6Prefix();
    }

    /** Whether this peer's {@code X-Forwarded-For} is believed. */
    public boolean isTrusted(InetAddress peer) {
        for (int i = 0; i < trusted.size(); i++) {
            if (trusted.get(i).contains(peer)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The address of the client. The list is walked from its end, each entry believed because the hop after it is trusted; it
     * ends at the first hop that is not, or that cannot be read.
     *
     * @param forwardedFor the values of {@code X-Forwarded-For}, in order
     */
    public InetAddress client(InetAddress peer, List<String> forwardedFor) {
        if (forwardedFor.isEmpty() || !isTrusted(peer)) {
            return peer;
        }
        String[] hops = String.join(",", forwardedFor).split(",", -1);
        InetAddress client = peer;
        for (int i = hops.length - 1; i >= 0 && isTrusted(client); i--) {
            Optional<InetAddress> hop = parse(hops[i].strip());
            if (hop.isEmpty()) {
                break;
            }
            client = hop.get();
        }
        return client;
    }

    /** Who is counted for this address: IPv4 as it is, IPv6 by its prefix, because one client has a whole network. */
    public String subject(InetAddress client) {
        return client instanceof Inet6Address
                ? NetUtil.toAddressString(AddressBlock.cut(client, ipv6Prefix)) + "/" + ipv6Prefix
                : NetUtil.toAddressString(client);
    }

    private static Optional<InetAddress> parse(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(withoutPort(text));
        try {
            return bytes == null ? Optional.empty() : Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Some proxies write {@code 192.0.2.1:4711} or {@code [2001:db8::1]:4711}. */
    private static String withoutPort(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? "" : text.substring(1, end);
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
    }
}

package io.redisroles.sidecar.config;

import io.netty.util.NetUtil;
import io.redisroles.contract.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** A CIDR block such as {@code 10.0.0.0/8}; a bare address is a block of one. */
public final class AddressBlock {
    private final byte[] network;
    private final int prefix;

    private AddressBlock(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Reads a block.
     *
     * @throws ConfigException if it is not one
     */
    public static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
        try {
            int bits = address == null ? 0 : 8 * address.length;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (address != null && prefix >= 0 && prefix <= bits) {
                return new AddressBlock(cut(address, prefix), prefix);
            }
        } catch (NumberFormatException e) {
            throw new ConfigException("client.trustedProxies: \"" + text + "\" (expected for example 10.0.0.0/8)", e);
        }
        throw new ConfigException("client.trustedProxies: \"" + text + "\" (expected for example 10.0.0.0/8)");
    }

    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == network.length && Arrays.equals(cut(bytes, prefix), network);
    }

    /** The address with all bits behind {@code prefix} zero. */
    static InetAddress cut(InetAddress address, int prefix) {
        try {
            return InetAddress.getByAddress(cut(address.getAddress(), prefix));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of known length", e);
        }
    }

    private static byte[] cut(byte[] address, int prefix) {
        byte[] cut = address.clone();
        for (int i = 0; i < cut.length; i++) {
            int kept = Math.max(0, Math.min(8, prefix - 8 * i));
            cut[i] &= (byte) (0xFF << (8 - kept));
        }
        return cut;
    }
}

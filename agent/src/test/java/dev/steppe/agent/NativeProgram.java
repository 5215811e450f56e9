package dev.steppe.agent;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A program that is in the mesh without a proxy, as the clients of Consul's Connect do it: it fetches its certificate and
 * the roots, speaks mutual TLS, and asks for each call it gets whether that is allowed. It knows nothing but the JDK, and
 * what its environment tells.
 */
public final class NativeProgram {
    private static final String CONSUL = System.getenv("CONSUL_HTTP_ADDR");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private NativeProgram() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("serve")) {
            serve(arguments[1], Integer.parseInt(arguments[2]));
        } else {
            call(arguments[1], arguments[2]);
        }
    }

    private static HttpResponse<String> ask(String method, String path, String body, boolean token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://" + CONSUL + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (token) {
            request.header("X-Consul-Token", System.getenv("CONSUL_HTTP_TOKEN"));
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The text of a member of a document; the first one of that name. */
    private static String text(String json, String name) {
        var found = Pattern.compile("\"" + name + "\":\\s*\"?((?:[^\"\\\\,}]|\\\\.)*)")
                .matcher(json);
        return found.find() ? found.group(1).replace("\\n", "\n").replace("\\/", "/") : "";
    }

    private static String leaf(String service) throws Exception {
        var answer = ask("GET", "/v1/agent/connect/ca/leaf/" + service, "", true);
        if (answer.statusCode() != 200) {
            throw new IOException(answer.body());
        }
        return answer.body();
    }

    private static SSLContext context(String leaf) throws Exception {
        var certificates = CertificateFactory.getInstance("X.509");
        var chain = certificates
                .generateCertificates(
                        new ByteArrayInputStream(text(leaf, "CertPEM").getBytes(StandardCharsets.UTF_8)))
                .toArray(new X509Certificate[0]);
        var key = Base64.getMimeDecoder().decode(text(leaf, "PrivateKeyPEM").replaceAll("-----[^-]+-----", ""));
        var own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "own", KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)), new char[0], chain);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        var root = text(ask("GET", "/v1/agent/connect/ca/roots", "", true).body(), "RootCert");
        trusted.setCertificateEntry(
                "root",
                certificates.generateCertificate(new ByteArrayInputStream(root.getBytes(StandardCharsets.UTF_8))));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static X509Certificate peer(SSLSocket socket) throws Exception {
        socket.startHandshake();
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    private static String identity(X509Certificate certificate) throws Exception {
        return String.valueOf(
                certificate.getSubjectAlternativeNames().iterator().next().get(1));
    }

    private static void serve(String service, int port) throws Exception {
        var server = (SSLServerSocket)
                context(leaf(service)).getServerSocketFactory().createServerSocket(port);
        server.setNeedClientAuth(true);
        System.out.println("serving");
        while (true) {
            try (var socket = (SSLSocket) server.accept()) {
                var caller = peer(socket);
                var verdict = ask(
                                "POST",
                                "/v1/agent/connect/authorize",
                                "{\"Target\":\"" + service + "\",\"ClientCertURI\":\"" + identity(caller)
                                        + "\",\"ClientCertSerial\":\""
                                        + caller.getSerialNumber().toString(16) + "\"}",
                                true)
                        .body();
                var answer = text(verdict, "Authorized").equals("true")
                        ? "welcome " + identity(caller)
                        : "refused " + text(verdict, "Reason");
                socket.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException gone) {
                System.out.println("a caller without a good certificate: " + gone.getMessage());
            }
        }
    }

    /** Says what it is answered, each time that changes. */
    private static void call(String service, String target) throws Exception {
        var leaf = leaf(service);
        System.out.println("mine " + text(leaf, "ServiceURI"));
        System.out.println("without token "
                + ask("GET", "/v1/agent/connect/ca/leaf/" + service, "", false).statusCode());
        System.out.println("of another service "
                + ask("GET", "/v1/agent/connect/ca/leaf/" + target, "", true).statusCode());
        String waited = "/v1/agent/connect/ca/leaf/" + service + "?wait=200ms&index=" + text(leaf, "ModifyIndex");
        System.out.println("as before "
                + text(ask("GET", waited, "", true).body(), "SerialNumber").equals(text(leaf, "SerialNumber")));
        var context = context(leaf);
        var said = new ArrayList<String>();
        while (true) {
            String answer = called(context, target);
            if (said.isEmpty() || !said.getLast().equals(answer)) {
                said.add(answer);
                System.out.println(answer);
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    private static String called(SSLContext context, String target) throws Exception {
        var found = ask("GET", "/v1/health/connect/" + target + "?passing", "", true)
                .body();
        int service = found.indexOf("\"Service\":{");
        if (service < 0) {
            return "nobody";
        }
        var instance = found.substring(service);
        try (var socket = (SSLSocket) context.getSocketFactory()
                .createSocket(text(instance, "Address"), Integer.parseInt(text(instance, "Port")))) {
            if (!identity(peer(socket)).endsWith("/svc/" + target)) {
                return "somebody else";
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (java.net.ConnectException notYet) {
            return "nobody listens";
        }
    }
}

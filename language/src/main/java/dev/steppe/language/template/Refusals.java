package dev.steppe.language.template;

/** Functions people know that are not here, each with what to do. */
final class Refusals {
    private Refusals() {}

    static void define(FunctionSet.Group group) {
        group.later("secrets", "Templates do not list secrets yet; name each with secret.");
        group.later("pkiCert", "Templates get no certificates from Vault yet.");
        for (String nodes : new String[] {"node", "nodes", "datacenters"}) {
            group.later(nodes, "Templates do not see nodes yet; use service or nomadService.");
        }
        group.later("connect", "Use upstreams, which keep to what the mesh allows.");
        for (String certificate : new String[] {"caRoots", "caLeaf"}) {
            group.later(certificate, "Templates do not get certificates of the mesh yet; use upstreams.");
        }
        group.refused("call", "There are no functions among a template's values.");
        group.refused("sockaddr", "Use env \"NOMAD_IP_label\" for the address of a port.");
        for (String debug : "spew_dump spew_sdump spew_printf spew_sprintf".split(" ")) {
            group.refused(debug, "Use toJSONPretty, or printf with %#v.");
        }
        for (String time : "toDate mustToDate unixEpoch".split(" ")) {
            group.refused("sprig_" + time, "There are no times among a template's values; use timestamp.");
        }
        group.refused("plugin", "A template runs no programs; let a task do it, or use an artifact.");
        group.refused("writeToFile", "A template writes its destination only; use one template block per file.");
        for (String random :
                "randAlpha randAlphaNum randAscii randNumeric randBytes randInt uuidv4 shuffle".split(" ")) {
            group.refused("sprig_" + random, "What is random would change the file at each rendering.");
        }
        for (String clock :
                "now date dateInZone date_in_zone dateModify date_modify mustDateModify must_date_modify ago htmlDate htmlDateInZone"
                        .split(" ")) {
            group.refused("sprig_" + clock, "It depends on when it is rendered; use timestamp.");
        }
        for (String environment : new String[] {"env", "expandenv"}) {
            group.refused("sprig_" + environment, "Use env, which reads the task's environment.");
        }
        group.refused("sprig_getHostByName", "Use service or nomadService, which follow changes.");
        for (String key :
                "genPrivateKey genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey bcrypt htpasswd derivePassword buildCustomCert encryptAES decryptAES"
                        .split(" ")) {
            group.refused("sprig_" + key, "Keys are not made in templates; keep them in variables.");
        }
        for (String enterprise : "partitions peerings exportedServices importedServices".split(" ")) {
            group.refused(enterprise, "Steppe has no partitions and no peered clusters.");
        }
    }
}

#!/bin/sh
# Lints the Helm chart, renders it as several people would set it, and validates what comes out against Kubernetes'
# schemas. helm and kubeconform are built by Go into deploy/.work, once. KUBECONFORM_SCHEMAS names a folder or an
# address of schemas where the usual one cannot be reached; `none` leaves that step out.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
chart=$here/helm/proofsheet
kubernetes=1.30.0 # a helm that was built by go takes itself for that of an ancient one
export GOBIN="$here/.work/bin" PATH="$here/.work/bin:$PATH"
command -v helm >/dev/null || go install helm.sh/helm/v3/cmd/helm@v3.19.0
command -v kubeconform >/dev/null || go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0

needed="--set admin.existingSecret=proofsheet --set redis.url=redis://redis:6379/0"
all="--set autoscaling.enabled=true --set ingress.enabled=true --set ingress.host=mock.example --set ingress.tlsSecret=tls \
 --set serviceMonitor.enabled=true --set redis.existingSecret=redis --set args={stability,--credits=20} --set podAnnotations.a=b"


valid() {
    helm lint --quiet --strict --kube-version "$kubernetes" "$chart" "$@"
    helm template mock --kube-version "$kubernetes" "$chart" "$@" >"$here/.work/rendered.yaml"
    [ "${KUBECONFORM_SCHEMAS:-}" = none ] || kubeconform -strict -summary -ignore-missing-schemas \
        ${KUBECONFORM_SCHEMAS:+-schema-location "$KUBECONFORM_SCHEMAS"} "$here/.work/rendered.yaml"
}

refused() { # WHY, and the options that are refused
    why=$1
    shift
    if said=$(helm template mock --kube-version "$kubernetes" "$chart" "$@" 2>&1); then echo "expected a refusal: $why" >&2; exit 1; fi
    case $said in *"$why"*) ;; *) echo "expected $why, came $said" >&2; exit 1 ;; esac
}

mkdir -p "$here/.work"
valid $needed
valid $needed $all
valid --set admin.existingSecret=proofsheet --set replicas=1 --set disruptionBudget.enabled=false
refused "several replicas need one state" --set admin.existingSecret=proofsheet
refused "admin.existingSecret" --set redis.url=redis://redis:6379/0
echo "the chart is well"

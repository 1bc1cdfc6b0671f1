{{- define "proofsheet.name" -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- end }}
{{- define "proofsheet.selector" -}}
app.kubernetes.io/name: proofsheet
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "proofsheet.labels" -}}
{{ include "proofsheet.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "proofsheet.checked" -}}
{{- $shared := or .Values.redis.url .Values.redis.existingSecret }}
{{- if and (not $shared) (or (gt (int .Values.replicas) 1) .Values.autoscaling.enabled) }}
{{- fail "several replicas need one state: set redis.url or redis.existingSecret, or replicas=1" }}
{{- end }}
{{- if not .Values.admin.existingSecret }}
{{- fail "admin.existingSecret: name a Secret that holds the key of the control surface (kubectl create secret generic proofsheet --from-literal=admin-key=…)" }}
{{- end }}
{{- end }}

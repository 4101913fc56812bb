{{/*
What the notifier alone has: the channels by which customers are told (a line in the log, a mail, a call of a webhook), and KEDA.
*/}}
{{- define "ordermesh.notifier.extras" -}}
{{- $root := .root }}{{ $settings := .settings }}{{ $values := .root.Values.notifier -}}
{{- $channels := list }}
{{- if $values.log.enabled }}{{ $channels = append $channels "log" }}{{ end }}
{{- with $values.email }}
{{- if .enabled }}
{{- $channels = append $channels "email" }}
{{- $_ := set $settings "smtp_url" .smtpUrl }}
{{- $_ := set $settings "smtp_tls" .tls }}
{{- $_ := set $settings "mail_from" .from }}
{{- if .existingSecret }}
{{- $_ := set $settings "smtp_username" .username }}
{{- $_ := set $ "stores" (append $.stores "smtp") }}
{{- include "ordermesh.storeSettings" (list $root "smtp" $settings) }}
{{- end }}
{{- if not .smtpUrl }}{{ fail "notifier.email.smtpUrl is needed when notifier.email.enabled is true" }}{{ end }}
{{- end }}
{{- end }}
{{- with $values.webhook }}
{{- if .enabled }}
{{- $channels = append $channels "webhook" }}
{{- $_ := set $settings "webhook_url" .url }}
{{- if not .url }}{{ fail "notifier.webhook.url is needed when notifier.webhook.enabled is true" }}{{ end }}
{{- end }}
{{- end }}
{{- if not $channels }}{{ fail "notifier: one of log.enabled, email.enabled and webhook.enabled has to be true" }}{{ end }}
{{- $_ := set $settings "channels" (join "," $channels) }}
{{- with $values.keda }}
{{- if .enabled }}
---
# The management API counts what is unacknowledged too; over AMQP only what is ready is seen.
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  {{- include "ordermesh.metadata" (list $root "notifier") | nindent 2 }}
spec:
  secretTargetRef:
    - parameter: host
      name: {{ .managementSecret | default (include "ordermesh.rabbitmq.secret" $root) | quote }}
      key: {{ .managementKey | quote }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "ordermesh.metadata" (list $root "notifier") | nindent 2 }}
spec:
  scaleTargetRef:
    name: {{ include "ordermesh.name" (list $root "notifier") | quote }}
  minReplicaCount: {{ .minReplicas }}
  maxReplicaCount: {{ .maxReplicas }}
  triggers:
    - type: rabbitmq
      metadata:
        protocol: http
        queueName: notifications
        mode: QueueLength
        value: {{ .queueLength | quote }}
        excludeUnacknowledged: "false"
      authenticationRef:
        name: {{ include "ordermesh.name" (list $root "notifier") | quote }}
{{- end }}
{{- end }}
{{- end }}

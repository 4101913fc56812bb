{{/*
One of our services: ConfigMap, ServiceAccount, Service, Deployment, and what its values ask for besides.

  (dict "root" $ "row" $row "table" $table)

`row` is its row of `table`, files/services.yaml. What one service alone has is in _NAME.tpl: a row with `extras` has a template
ordermesh.NAME.extras, which gets (dict "root" $ "name" … "settings" … "stores" …), adds to `settings` and `stores`, and renders the
objects that come last. `NAME.config` of the values stands over all settings.
*/}}
{{- define "ordermesh.service" -}}
{{- $root := .root }}{{ $row := .row }}{{ $name := .row.name }}{{ $values := index .root.Values .row.name -}}
{{- $grpc := int .row.port }}{{ $ops := add $grpc 1000 -}}
{{- $settings := dict "log_level" "info" "drain_delay_ms" 5000 "drain_timeout_ms" 20000 -}}
{{- $_ := set $settings "listen" (printf "%s:%d" (include "ordermesh.listenHost" $root) $grpc) }}
{{- $_ := set $settings "ops_listen" (printf "%s:%d" (include "ordermesh.listenHost" $root) $ops) }}
{{- $own := dict "root" $root "name" $name "settings" $settings "stores" (without ($row.stores | default list) "smtp") }}
{{- range $own.stores }}{{ include "ordermesh.storeSettings" (list $root . $settings) }}{{ end }}
{{- range $other := .table }}
{{- if has $other.name ($row.calls | default list) }}
{{- $_ := set $settings (print $other.name "_target") (printf "dns:///%s:%d" (include "ordermesh.name" (list $root $other.name)) (int $other.port)) }}
{{- end }}
{{- /* Who calls it learns of another replica when one of its connections ends: hence the age, within which new replicas get their
share. See preStopSeconds, which is to be longer. Envoy asks DNS all the time and needs none. */}}
{{- if has $name ($other.calls | default list) }}{{ $_ := set $settings "max_connection_age_s" 5 }}{{ end }}
{{- end }}
{{- $extras := "" }}
{{- if $row.extras }}{{ $extras = include (printf "ordermesh.%s.extras" $name) $own }}{{ end }}
{{- range $key, $value := $values.config }}{{ $_ := set $settings $key $value }}{{ end }}
{{- $config := include "ordermesh.settings" $settings | trim -}}
{{- $meta := list $root $name -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "ordermesh.metadata" $meta | nindent 2 }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "ordermesh.metadata" $meta | nindent 2 }}
data:
  {{ $name }}.yaml: |
    # docs/configuration.md says what each of these is.
    {{- $config | nindent 4 }}
---
# Headless: a client sees every replica, and balances over them itself.
apiVersion: v1
kind: Service
metadata:
  {{- include "ordermesh.metadata" $meta | nindent 2 }}
spec:
  clusterIP: None
  selector:
    {{- include "ordermesh.selector" $meta | nindent 4 }}
  ports:
    - {name: grpc, port: {{ $grpc }}, targetPort: grpc, appProtocol: kubernetes.io/h2c}
    - {name: ops, port: {{ $ops }}, targetPort: ops, appProtocol: http}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "ordermesh.metadata" $meta | nindent 2 }}
spec:
  {{- if not (include "ordermesh.scales" (list $root $name)) }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "ordermesh.selector" $meta | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "ordermesh.podLabels" $meta | nindent 8 }}
      annotations:
        {{- include "ordermesh.podAnnotations" (list $values $config) | nindent 8 }}
        {{- if $root.Values.metrics.annotations }}
        prometheus.io/scrape: "true"
        prometheus.io/port: "{{ $ops }}"
        {{- end }}
    spec:
      {{- include "ordermesh.pod" (list $root $name 65532 $values) | nindent 6 }}
      {{- include "ordermesh.spread" $meta | nindent 6 }}
      # After preStop the process itself waits drain_delay_ms, ends its calls within drain_timeout_ms, and gives up 5 s later.
      terminationGracePeriodSeconds: {{ add (include "ordermesh.gracePeriod" $settings) $root.Values.preStopSeconds }}
      containers:
        - name: {{ $name }}
          image: {{ include "ordermesh.image" (list $root "ordermesh") | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          command: [/usr/bin/ordermesh-{{ $name }}, --config=/etc/ordermesh/{{ $name }}.yaml]
          ports:
            - {name: grpc, containerPort: {{ $grpc }}}
            - {name: ops, containerPort: {{ $ops }}}
          # A pod that is to end is out of DNS at once, but clients see that later: until then it works on, and says so when they ask.
          lifecycle:
            preStop:
              sleep: {seconds: {{ $root.Values.preStopSeconds }}}
          # /healthz says that the process lives and nothing about what it depends on; /readyz that it can do its work.
          startupProbe:
            httpGet: {path: /healthz, port: ops}
            periodSeconds: 1
            failureThreshold: 60
          readinessProbe:
            httpGet: {path: /readyz, port: ops}
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          livenessProbe:
            httpGet: {path: /healthz, port: ops}
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 6
          {{- include "ordermesh.container" $ | nindent 10 }}
          {{- include "ordermesh.resources" $values | nindent 10 }}
          volumeMounts:
            - {name: config, mountPath: /etc/ordermesh, readOnly: true}
      volumes:
        {{- include "ordermesh.configVolume" (list $root $name $own.stores) | nindent 8 }}
{{- include "ordermesh.availability" (list $root $name "Deployment") }}
{{- $extras }}
{{- end }}

{{/* Where programs listen, as they write it: an address of IPv6 in brackets. */}}
{{- define "ordermesh.listenHost" -}}
{{- if contains ":" .Values.listenAddress }}[{{ .Values.listenAddress }}]{{ else }}{{ .Values.listenAddress }}{{ end }}
{{- end }}

{{/* Seconds that a pod is given to end: (dict of settings). */}}
{{- define "ordermesh.gracePeriod" -}}
{{- add (div (add (int64 .drain_delay_ms) (int64 .drain_timeout_ms) 999) 1000) 10 }}
{{- end }}

{{/*
One of our services: ConfigMap, ServiceAccount, Service, Deployment, and what its values ask for besides.

  (dict "root" $ "name" "gateway" "port" 50051 "stores" (list "database") "settings" (dict "validation_target" "…"))

`stores` are what it may open, its mail server included; `settings` what else the chart decides; `<name>.config` adds to them.
*/}}
{{- define "ordermesh.service" -}}
{{- $root := .root }}{{ $name := .name }}{{ $values := index $root.Values .name -}}
{{- $grpc := int .port }}{{ $ops := add $grpc 1000 -}}
{{- $settings := dict "log_level" "info" "drain_delay_ms" 5000 "drain_timeout_ms" 20000 -}}
{{- $_ := set $settings "listen" (printf "%s:%d" (include "ordermesh.listenHost" $root) $grpc) }}
{{- $_ := set $settings "ops_listen" (printf "%s:%d" (include "ordermesh.listenHost" $root) $ops) }}
{{- range .stores }}{{ include "ordermesh.storeSettings" (list $root . $settings) }}{{ end }}
{{- /* Not `merge`, which takes 0 and "" for not given. */}}
{{- range $key, $value := .settings }}{{ $_ := set $settings $key $value }}{{ end }}
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
        {{- include "ordermesh.configVolume" (list $root $name .stores) | nindent 8 }}
{{- include "ordermesh.availability" (list $root $name "Deployment") }}
{{- end }}

{{/* Where programs listen, as they write it: an address of IPv6 in brackets. */}}
{{- define "ordermesh.listenHost" -}}
{{- if contains ":" .Values.listenAddress }}[{{ .Values.listenAddress }}]{{ else }}{{ .Values.listenAddress }}{{ end }}
{{- end }}

{{/* Seconds that a pod is given to end: (dict of settings). */}}
{{- define "ordermesh.gracePeriod" -}}
{{- add (div (add (int64 .drain_delay_ms) (int64 .drain_timeout_ms) 999) 1000) 10 }}
{{- end }}

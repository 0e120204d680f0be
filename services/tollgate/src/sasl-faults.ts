type Given = Partial<Record<'kafkaSaslMechanism' | 'kafkaSaslUsername' | 'kafkaSaslPassword', string | undefined>>;

/** What is missing of the credentials for Kafka, a line each. */
export const faultsOfSasl = ({
  kafkaSaslMechanism: mechanism,
  kafkaSaslUsername,
  kafkaSaslPassword,
}: Given): string[] => {
  const given = [kafkaSaslUsername, kafkaSaslPassword].filter((one) => one !== undefined).length;
  if (mechanism !== undefined && given < 2)
    return ['KAFKA_SASL_MECHANISM: needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD as well'];
  if (mechanism === undefined && given > 0)
    return [
      'KAFKA_SASL_MECHANISM: needed with KAFKA_SASL_USERNAME or KAFKA_SASL_PASSWORD, which are not used without it',
    ];
  return [];
};

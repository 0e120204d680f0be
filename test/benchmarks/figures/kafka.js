module.exports={ kafka: async()=>[] };

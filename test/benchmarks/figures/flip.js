module.exports={ flip: async()=>[] };
